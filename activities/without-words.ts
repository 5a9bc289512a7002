import { log } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

/** What an error is called: PostgreSQL's or the system's code where it has one. Never its text. */
export const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'Unexpected';
};

/**
 * An activity whose failures enter the history by name only: the text of an error (a value that PostgreSQL
 * would not take, what a source answered) may hold a citizen's words. All of them are tried again.
 */
export function withoutWords<I, R>(
  name: string,
  activity: (input: I) => Promise<R>,
): (input: I) => Promise<R> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) {
        throw error;
      }
      const type = codeOf(error);
      log.warn(`${name} failed: ${type}`, { frames: framesOf(error) });
      throw ApplicationFailure.retryable(`${name} failed`, type);
    }
  };
}

/** Where an error came from, without its first lines, which repeat its text. */
function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}
