/**
 * The log of a platform.
 * @module
 */
import { PlatformError } from './errors.ts';
import { openLog as openHostLog } from '../host/log.ts';
import type { LogSettings, OpenLog } from '../host/log.ts';

/** @throws PlatformError LOG_UNWRITABLE. */
export function openLog(settings: LogSettings): OpenLog {
  return openHostLog(settings, (message, options) => new PlatformError('LOG_UNWRITABLE', message, options));
}
