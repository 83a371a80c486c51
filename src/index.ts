/**
 * The engine's only public entry, and the place where its parts are put together.
 *
 * Every function takes what a user gave (file, parameters, settings by layer) and returns data or a report; none prints,
 * reads the environment or exits. Errors are `EtlError`s (several at once: `EtlErrors`).
 */
import { Catalogs } from './catalogs.js';
import { childEnvironment } from './config/child-environment.js';
import { stateFolders } from './config/state-folders.js';
import { loadSettings, type SettingsInput } from './config/load-settings.js';
import { jobManagerModel, taskManagerModel, type MemoryModel } from './config/memory-model.js';
import { resolveSlots } from './config/resolve-slots.js';
import type { Settings } from './config/settings.js';
import type { PlanContext, StandardOutput } from './connectors/connector.js';
import { connectors } from './connectors/registry.js';
import type { RunEnd, RunEvent } from './coordinator/events.js';
import { runJob as runPlan } from './coordinator/run-job.js';
import { openRun, type OpenRun } from './coordinator/state/open-run.js';
import { EtlError, toEtlError, type ErrorData } from './errors/etl-error.js';
import { problemsOf } from './errors/etl-errors.js';
import { checkOffline } from './plan/check-offline.js';
import { buildPlan } from './plan/build-plan.js';
import { checkMemory } from './plan/check-memory.js';
import type { ExecutionPlan } from './plan/execution-plan.js';
import { renderPlanJson } from './plan/explain/render-plan-json.js';
import { previewSpec, withLimit, withSinks } from './plan/edit-spec.js';
import { readableJob, type ReadableJob, type SpecDocument } from './spec/job-spec.js';
import { queryJobText, saidOfQuery } from './spec/query-job.js';
import { loadJob } from './spec/load-job.js';

export { functionList, type FunctionEntry } from './expr/function-list.js';
/** For functions in TypeScript: what they get. */
export type { FunctionContext, GroupRows, RowObject } from './protocol/user-function.js';
/** JSON Schema (draft-07) of job files. */
export { jobSchema } from './spec/job-schema.js';

/** What a command knows of a job before anything is read. */
export interface JobRequest {
  readonly file: string;
  readonly params: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: SettingsInput;
  /** `-p` */
  readonly parallelism: number | null;
  /** `--at`, else now: expiries and now() count from here. Milliseconds since 1970. */
  readonly logicalTimeMs: number;
}

export interface RunRequest extends JobRequest {
  readonly limit: number | null;
  /** `--sink print`: replaces every sink of the job. */
  readonly sink: 'print' | null;
  /** How long to wait for another run of the same job to end; 0 does not. */
  readonly waitMs: number;
  readonly output: StandardOutput;
  /** Takes what a print sink says before its first row. */
  readonly print: (text: string) => void;
  readonly emit: (event: RunEvent) => void;
  readonly cancel: AbortSignal;
  readonly kill: AbortSignal;
}

export interface PreviewRequest extends Omit<RunRequest, 'sink' | 'waitMs'> {
  /** Id of a source, step or sink; null: what the first sink gets. */
  readonly at: string | null;
}

/** A job planned: what `explain` prints and `run` executes. */
export interface PlannedJob {
  readonly document: SpecDocument;
  readonly plan: ExecutionPlan;
  readonly settings: Settings;
  readonly memory: MemoryModel & { readonly component: 'taskmanager' };
}

/** Everything that a job file shows of itself to be wrong, without connecting to anything. @throws EtlErrors with every problem */
export async function validateJob({
  file,
  text,
  params,
  env,
}: Pick<JobRequest, 'file' | 'params' | 'env'> & { readonly text?: string }): Promise<SpecDocument> {
  const inspect = async (job: ReadableJob): Promise<readonly EtlError[]> => {
    try {
      await checkExpressions(job);
      return [];
    } catch (error) {
      return problemsOf(toEtlError(error));
    }
  };
  const document = await loadJob(file, { params, env, inspect, ...(text !== undefined && { text }) });
  await checkExpressions(readableJob(document));
  return document;
}

async function checkExpressions(job: ReadableJob): Promise<void> {
  const types = [...new Set(Object.values(job.sinks).map((sink) => sink.type))];
  const configs = new Map(
    await Promise.all(types.map(async (type) => [type, await connectors[type].config()] as const)),
  );
  checkOffline(job, (type) => configs.get(type)!);
}

/** Plans a job; nothing is written anywhere. */
export async function explainJob(request: JobRequest): Promise<PlannedJob> {
  return explainDocument(request, await validateJob(request));
}

async function explainDocument(request: JobRequest, document: SpecDocument): Promise<PlannedJob> {
  const { settings } = loadSettings(request.settings);
  const catalogs = new Catalogs(planContext(document, settings, newRunId(document.spec.name)));
  try {
    return await planJob(request, document, settings, catalogs);
  } finally {
    await catalogs.close();
  }
}

/** Runs a job to its end. Rejects only for what is wrong before the first slot starts; after that the report says it. */
export async function runJob(request: RunRequest): Promise<RunEnd> {
  const checked = await validateJob(request);
  const document = { ...checked, spec: editedSpec(checked.spec, request) };
  const { settings } = loadSettings(request.settings);
  const runId = newRunId(document.spec.name);
  const run = await openRun({
    stateFolders: stateFolders(settings['state.dir'], request.env),
    keep: settings['state.runs.keep'],
    // A run that only prints does nothing that a second one could disturb.
    overlap: request.sink === null ? { waitMs: request.waitMs } : 'allow',
    runId,
    job: document.spec.name,
    jobText: document.safeText,
    startedMs: Date.now(),
    conceal: document.conceal,
    emit: request.emit,
    cancel: request.cancel,
  });
  try {
    return await runDocument(request, document, settings, runId, run.folder);
  } catch (error) {
    run.folder?.fail(error);
    throw error;
  } finally {
    run.close();
  }
}

/** A query over files and tables of shared connections, in place of a job file: `file` is what messages call it. */
interface GivenQuery {
  readonly query: string;
  /** A file for the rows; null: they are printed. */
  readonly path: string | null;
}

export type QueryRequest = Omit<RunRequest, 'sink' | 'waitMs'> & GivenQuery;

/** Answers a query. */
export async function runQuery(request: QueryRequest): Promise<RunEnd> {
  return saidOfQuery(request, async () => {
    const document = await queryDocument(request);
    const { settings } = loadSettings(request.settings);
    return runDocument(request, document, settings, newRunId(document.spec.name), null);
  });
}

/** What `runQuery` would do; nothing is written anywhere. */
export async function explainQuery(request: JobRequest & GivenQuery): Promise<PlannedJob> {
  return saidOfQuery(request, async () => explainDocument(request, await queryDocument(request)));
}

function queryDocument(request: JobRequest & GivenQuery): Promise<SpecDocument> {
  const { query, path: output, params } = request;
  return validateJob({ ...request, text: queryJobText({ query, output, params }) });
}

/** The first rows after a source, step or before a sink, through the real chain, printed by the print sink. */
export async function previewJob(request: PreviewRequest): Promise<RunEnd> {
  const checked = await validateJob(request);
  const document = { ...checked, spec: previewSpec(checked.spec, request.at, request.limit ?? 10) };
  const { settings } = loadSettings(request.settings);
  return runDocument(request, document, settings, newRunId(document.spec.name), null);
}

/** The memory of a run of the job (its parallelism decides the slots), or of a TaskManager or JobManager as configured. */
export async function memoryReport(request: {
  readonly settings: SettingsInput;
  readonly component: 'taskmanager' | 'jobmanager';
  readonly slots: number | null;
  readonly job: Omit<JobRequest, 'settings'> | null;
}): Promise<MemoryModel> {
  const { settings } = loadSettings(request.settings);
  if (request.component === 'jobmanager') return jobManagerModel(settings);
  const configured = settings['taskmanager.numberOfTaskSlots'];
  const jobParallelism = request.job === null ? null : await parallelismOf(request.job, settings);
  const wished =
    request.slots ?? jobParallelism ?? (configured === 'auto' ? settings['parallelism.default'] : configured);
  return taskManagerModel(settings, request.slots ?? resolveSlots(settings, wished));
}

async function parallelismOf(job: Omit<JobRequest, 'settings'>, settings: Settings): Promise<number> {
  const { spec } = await validateJob(job);
  return job.parallelism ?? spec.parallelism ?? settings['parallelism.default'];
}

function editedSpec(spec: SpecDocument['spec'], { limit, sink }: RunRequest): SpecDocument['spec'] {
  const limited = limit === null ? spec : withLimit(spec, limit);
  return sink === null ? limited : withSinks(limited, sink);
}

async function runDocument(
  request: Omit<RunRequest, 'sink' | 'waitMs'>,
  document: SpecDocument,
  settings: Settings,
  runId: string,
  folder: OpenRun['folder'],
): Promise<RunEnd> {
  const emit = (event: RunEvent): void => {
    folder?.on(event);
    request.emit(event);
  };
  const catalogs = new Catalogs({ ...planContext(document, settings, runId), output: request.output });
  try {
    const { plan, memory } = await unlessCancelled(planJob(request, document, settings, catalogs), request.cancel);
    for (const { code, message } of document.warnings) {
      emit({ type: 'warn', code, message, timeMs: Date.now() });
    }
    folder?.writePlan(renderPlanJson(plan));
    for (const { preamble } of Object.values(plan.sinks)) if (preamble !== undefined) request.print(preamble);
    const [slot] = memory.slots;
    return await runPlan({
      plan,
      settings,
      runId,
      logicalTimeMs: request.logicalTimeMs,
      baseDir: document.baseDir,
      snapshots: await unlessCancelled(catalogs.holdSnapshots(plan), request.cancel),
      slotHeapMb: slot!.heapFlagMb,
      slotSemiSpaceMb: slot!.semiSpaceFlagMb,
      slotNetworkBytes: slot!.network,
      slotManagedBytes: slot!.managed,
      budgetBytes: memory.memory.totalProcess,
      slotEntry: new URL('./slot/main.js', import.meta.url),
      slotEnvironment: childEnvironment(),
      logFile: folder?.logFile ?? null,
      output: (slot, text) => folder?.output(slot, text),
      emit,
      cancel: request.cancel,
      kill: request.kill,
    });
  } finally {
    await catalogs.close();
  }
}

/** Waits no longer once the run is cancelled: a server that does not answer must not hold up a Ctrl-C. */
function unlessCancelled<T>(work: Promise<T>, cancel: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(EtlError.fromJSON(cancel.reason as ErrorData));
    if (cancel.aborted) stop();
    cancel.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => cancel.removeEventListener('abort', stop));
  });
}

async function planJob(
  request: JobRequest,
  document: SpecDocument,
  settings: Settings,
  catalogs: Catalogs,
): Promise<PlannedJob> {
  const { parallelism, logicalTimeMs } = request;
  const plan = await buildPlan({ document, context: catalogs.context, catalog: catalogs, parallelism, logicalTimeMs });
  const memory = taskManagerModel(settings, resolveSlots(settings, plan.parallelism));
  checkMemory(plan, memory.slots[0]!.managed, memory.slots.length);
  return { document, plan, settings, memory };
}

function planContext({ baseDir }: SpecDocument, settings: Settings, runId: string): PlanContext {
  return { settings, runId, baseDir };
}

/** Sorts by time, reads well, and is unique enough for two runs in the same minute: `20261122-0300-users-7f3a`. */
function newRunId(job: string): string {
  const [date, time] = new Date().toISOString().split('T') as [string, string];
  const suffix = Math.floor(Math.random() * 0x10000)
    .toString(16)
    .padStart(4, '0');
  return `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${job}-${suffix}`;
}
