import { UnknownHeaderError } from '../domain/imports/shopExport';
import { ApiError, ApiUnavailable } from './client';
import { CommandError } from './connect';
import { formatSeconds, type Progress } from './progress';

const MS_BETWEEN_NOTES = 5000;

/** Shows the user why a request is retried: above the progress bar if there is one, once for many requests. */
export function createNotes(): {
  onRetry: (why: string, delayMs: number) => void;
  onProgress: (progress: Progress) => void;
} {
  let progress: Progress | undefined;
  let lastAt = 0;
  return {
    onRetry(why, delayMs) {
      if (Date.now() - lastAt < MS_BETWEEN_NOTES) return;
      lastAt = Date.now();
      const text = `Retrying in ${formatSeconds(delayMs / 1000)}: ${why}`;
      if (progress) progress.note(text);
      else console.error(text);
    },
    onProgress(shown) {
      progress = shown;
    },
  };
}

/** Ends the command with an error message and what to do. */
export function failWith(error: unknown): void {
  const isApi = error instanceof ApiError || error instanceof ApiUnavailable;
  if (error instanceof ApiError)
    console.error(`The API refused the request: ${error.message} (${error.code})`);
  else if (isApi || error instanceof CommandError || error instanceof UnknownHeaderError) {
    console.error(error.message);
  } else console.error(error);
  if (isApi) {
    console.error('Run the same command again to continue; nothing is imported twice.');
  }
  process.exitCode = 1;
}
