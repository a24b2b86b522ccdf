/**
 * Writes the events of a coordinator to its log, in words.
 * @module
 */
import type { Log } from '../host/log.ts';
import type { CoordinatorEvent } from './events.ts';
import { gaveUpText } from './rounds/announcements.ts';

/** Writes an event at the level that fits an operator's attention. */
export function logEvent(log: Log, event: CoordinatorEvent): void {
  switch (event.kind) {
    case 'listening':
      log.info(`listening on ${event.url}`);
      return;
    case 'platform':
      log.info(`platform ${event.platform} is ${event.state}`);
      return;
    case 'progress':
      log.debug(`platform ${event.platform}: ${event.stage}`, { fraction: event.fraction, prepared: event.prepared });
      return;
    case 'attempt':
      log.info(`round ${event.round} of ${event.of}, attempt ${event.attempt} opened`, {
        platforms: event.cohort.length,
      });
      return;
    case 'stage':
      log.debug(`round ${event.round}, attempt ${event.attempt}: ${event.stage}`, { platforms: event.platforms });
      return;
    case 'stage-ended':
      log.debug(`${event.stage} took ${event.seconds.toFixed(3)} s`);
      return;
    case 'attempt-ended': {
      const { round, attempt, outcome, text, charged, seconds } = event;
      const message = `round ${round}, attempt ${attempt}: ${outcome}: ${text}`;
      if (outcome === 'completed') log.info(message, { charged, seconds });
      else log.warn(message, { charged, seconds });
      return;
    }
    case 'epsilon':
      if (event.spent !== null) log.info('privacy spent', { epsilon: event.spent, budget: event.budget });
      else if (event.budget !== null) log.info("privacy is not bounded: the strategy's encoder is made from raw data");
      return;
    case 'declined':
      log.warn(`platform ${event.platform} declined`, { code: event.code });
      return;
    case 'statement':
      log.debug(`platform ${event.platform} gave up round ${event.round}, attempt ${event.attempt}`);
      return;
    case 'statements-dropped':
      log.warn('dropped statements with a wrong signature or without a matching attempt', { count: event.count });
      return;
    case 'refund': {
      const { round, attempt, statements, of } = event;
      log.info(`round ${round}, attempt ${attempt}: the ledger took its charge back`, { statements, of });
      return;
    }
    case 'waiting':
      log.warn(`the budget allows no further attempt before statements arrive from ${event.platforms.join(', ')}`, {
        seconds: event.seconds,
      });
      return;
    case 'fault':
      log.warn(`platform ${event.platform} broke the masked sum's protocol`, { code: event.code });
      return;
    case 'failure':
      log.warn(event.seen === 'here' ? 'refused a message' : 'a platform refused a message', {
        platform: event.platform,
        code: event.code,
      });
      return;
    case 'mail':
      log.debug(`a letter from ${event.from} to ${event.to}: ${event.outcome}`, { bytes: event.bytes });
      return;
    case 'sits-out':
      log.warn(`platform ${event.platform} failed repeatedly: it is not invited while the others are enough`, {
        attempts: event.attempts,
      });
      return;
    case 'rounds-over':
      logOver(log, event);
      return;
    case 'rounds-resumed':
      log.info(`a platform that was missing is back: trying round ${event.round} again`);
      return;
    case 'stopped':
      log.info('stopped');
  }
}

function logOver(
  log: Log,
  { ending, completedRounds, missed }: Extract<CoordinatorEvent, { kind: 'rounds-over' }>,
): void {
  switch (ending) {
    case 'completed':
      log.info('all rounds are completed', { rounds: completedRounds });
      return;
    case 'stopped-early':
      log.info('rounds are over: the loss of held-out persons has stopped falling', { completedRounds });
      return;
    case 'budget-exhausted':
      log.error(`rounds are over: ${ending}`, { completedRounds });
      return;
    case 'gave-up':
      log.error(gaveUpText(completedRounds + 1, missed), { completedRounds });
  }
}
