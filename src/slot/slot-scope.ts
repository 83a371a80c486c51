/** What everything in a slot shares: who it is, what it may use, and which systems it can speak to. */
import type { Connector, SlotContext } from '../connectors/connector.js';
import { EtlError } from '../errors/etl-error.js';
import type { SlotResources } from '../operators/task-resources.js';

export interface SlotScope {
  readonly context: SlotContext;
  readonly resources: SlotResources;
  readonly connectors: Readonly<Record<string, Connector>>;
}

export async function loadPart<Part extends 'source' | 'sink' | 'lookup'>(
  { connectors }: SlotScope,
  type: string,
  part: Part,
): Promise<Awaited<ReturnType<NonNullable<Connector[Part]>>>> {
  const load = connectors[type]?.[part];
  if (load === undefined) throw new EtlError('ETL-9001', `connector ${type} has no ${part}`);
  return (await load()) as Awaited<ReturnType<NonNullable<Connector[Part]>>>;
}
