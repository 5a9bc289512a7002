import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

/**
 * The process's log. Errors are told by name, code, stack and cause; bodies, texts and query strings
 * are never logged.
 */
export function openLog(config: Config, name: string): Logger {
  return pino({
    name,
    level: config.LOG_LEVEL,
    base: { pid: process.pid },
    serializers: { err: pino.stdSerializers.errWithCause },
  });
}
