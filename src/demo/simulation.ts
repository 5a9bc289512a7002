import { join } from 'node:path';
import type { WorldAnchor } from '../domain/world-clock.js';
import { Agenda } from './agenda.js';
import { openAgencies } from './agencies.js';
import { prepareCast } from './cast.js';
import { Chance } from './chance.js';
import { Citizens } from './citizens.js';
import { Curators } from './curators.js';
import { planDay } from './day-plan.js';
import { DeskApi } from './desk-api.js';
import { Journal } from './journal.js';
import { readMaterial } from './material.js';
import { Operators } from './operators.js';
import type { Stage } from './stage.js';
import { DAY_MS, localTime, WorldWatch } from './world-watch.js';

export interface SimulationOptions {
  /** Where the desk's API listens. */
  url: string;
  adminKey: string;
  anchor: WorldAnchor;
  /** Keys and journal are kept here. */
  dataDir: string;
  seed: string;
  /** Messages of a working day. */
  perDay: number;
  /** Goes on with a new day after each; else the first day's messages are all. */
  forever: boolean;
  signal: AbortSignal;
  /** Told of refusals and failures: what simulated people run into. */
  log: (line: string) => void;
}

export interface RunningSimulation {
  stage: Stage;
  /** What was refused and how often, by call and code. */
  refusals: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** So many calls of the demo's people are under way at once. */
const CONCURRENCY = 8;

/**
 * Lets the demo's people in: citizens, operators, agencies and curators, who know the desk by its HTTP API alone.
 * @throws Error when the desk refuses what they need to begin.
 */
export async function startSimulation(options: SimulationOptions): Promise<RunningSimulation> {
  const { url, signal, log } = options;
  const refusals = new Map<string, number>();
  const api = new DeskApi({
    url,
    signal,
    onRefusal: (what) => {
      refusals.set(what, (refusals.get(what) ?? 0) + 1);
      log(`refused: ${what}`);
    },
  });
  const watch = new WorldWatch(options.anchor);
  const agenda = new Agenda({
    now: () => watch.now(),
    delayUntil: (at) => watch.delayUntil(at),
    concurrency: CONCURRENCY,
    onError: (error) => {
      // What is cut off by the stop has not failed.
      if (!signal.aborted) {
        log(`failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  });
  const material = await readMaterial();
  const file = join(options.dataDir, 'demo-keys.json');
  const cast = await prepareCast({ api, admin: options.adminKey, material, file });
  const journal = await Journal.open(join(options.dataDir, 'demo-journal.jsonl'));
  const stage: Stage = {
    ...{ api, watch, agenda, material, cast, journal },
    chance: new Chance(options.seed),
  };
  const citizens = new Citizens(stage);
  for (const sent of journal.entries) {
    citizens.resume(sent);
  }
  beginDays(stage, citizens, options);
  new Operators(stage).open();
  openAgencies(stage);
  new Curators(stage).open();
  return { stage, refusals, stop: () => agenda.stop() };
}

/** Plans the day that it is, and with `forever` each next one at its midnight. */
function beginDays(stage: Stage, citizens: Citizens, options: SimulationOptions): void {
  const { anchor, forever, perDay } = options;
  const begun = localTime(anchor.worldStart).midnight;
  const begin = (from: number): void => {
    const day = Math.floor((localTime(from).midnight - begun) / DAY_MS);
    const input = { material: stage.material, chance: stage.chance, day, from, perDay };
    for (const planned of planDay(input)) {
      citizens.expect(planned);
    }
    if (forever) {
      const midnight = localTime(from).midnight + DAY_MS;
      stage.agenda.at(midnight, () => Promise.resolve(begin(midnight)));
    }
  };
  const now = stage.watch.now();
  const isFirstDay = now < begun + DAY_MS;
  // Without `forever` a later start still sends what the first day left unsent.
  begin(forever && !isFirstDay ? now : anchor.worldStart);
}
