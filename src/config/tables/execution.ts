/** How a job is run: in how many slots, what is done when something fails, where files go. */
import { choice, count, countOrAuto, duration, list, optionalSize, optionalString, size } from '../setting.js';

export const execution = {
  'parallelism.default': count('1', 'Parallelism of a job that does not say one: not with -p, not in its file.'),
  'taskmanager.numberOfTaskSlots': countOrAuto(
    'Slots of a run; each is a process. auto: as many as the job asks for with its parallelism. A number is a limit: a job that asks for more fails at once.',
  ),
  'split.per-slot': count(
    '4',
    'Splits planned for each slot when the job names neither size nor count. More even out skew better, fewer ask the source for fewer statements.',
  ),
  'source.idle.timeout': duration(
    '60s',
    'A source that sends nothing for this long is taken for dead: the attempt fails and is retried. Raise it for statements that sort before their first row.',
  ),
  'source.max-row-bytes': size('64MiB', 'A row of more bytes than this is rejected instead of being read.', {
    min: 1024,
  }),
  'sink.outage.budget': duration(
    '5min',
    'How long a sink may refuse writes (out of memory, loading, gone) while the run waits, before the run fails. 0 fails at once.',
    { min: 0 },
  ),
  'sink.idle.timeout': duration(
    '60s',
    'A sink that owes an answer and sends nothing for this long is taken for dead: its connection is replaced and what it did not acknowledge is sent again.',
  ),
  'restart-strategy.type': choice(
    ['none', 'fixed-delay'],
    'fixed-delay',
    'What happens to a split whose attempt failed for a passing reason. none: the run fails. fixed-delay: it is tried again.',
  ),
  'restart-strategy.fixed-delay.attempts': count('3', 'How many times a split is tried again before the run fails.', {
    min: 0,
  }),
  'restart-strategy.fixed-delay.delay': duration('1s', 'How long to wait before a split is tried again.', { min: 0 }),
  'heartbeat.interval': duration(
    '1s',
    'How often a slot reports its counters and its memory. The progress that you see is no fresher than this.',
  ),
  'heartbeat.timeout': duration(
    '10s',
    'A slot that reports nothing for this long is killed and replaced. Must be longer than heartbeat.interval.',
  ),
  'task.cancellation.timeout': duration(
    '10s',
    'How long a task may take to stop when its run is cancelled or fails, before its slot is killed.',
  ),
  'io.tmp.dirs': list(
    null,
    'Directories for spill files, separated by commas. Default: the temporary directory of the system. Use local disks with room for what does not fit the managed memory.',
  ),
  'spill.compression': choice(
    ['none', 'lz4'],
    'none',
    'Of spill files and exchanges. lz4 writes less, and takes a few times the CPU: for disks that are slower than that.',
  ),
  'spill.max-bytes': optionalSize('Most bytes of spill files in a run. Default: no limit but the disk.'),
  'state.dir': optionalString(
    'Directory of the runs (plan, outcome, log) and of the locks that keep two runs of a job apart. Default: $XDG_STATE_HOME/etl, or ~/.local/state/etl.',
  ),
  'state.runs.keep': count(
    '20',
    'How many runs of each job are kept in state.dir; older ones are removed when a run ends.',
  ),
};
