/**
 * A reader that goes away (`etl … | head -1`, a lost terminal) ends the output, not the work. A disk that is full under a
 * redirected stdout is another matter: what was asked for is not there, and the exit code says so.
 */
import { exitCodes } from '../errors/code-entry.js';

const readerIsGone = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Call it after @oclif/core is loaded: its own listener throws at everything but EPIPE. */
export function surviveClosedStreams(): void {
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (readerIsGone.has(error.code ?? '')) return;
    process.exitCode = error.code === 'ENOSPC' ? exitCodes['disk-full'] : exitCodes.failed;
    process.stderr.write(`cannot write to stdout: ${error.message}\n`);
  });
  process.stderr.on('error', () => undefined); // nowhere left to say it
}
