import type { Agenda } from './agenda.js';
import type { Cast } from './cast.js';
import type { Chance } from './chance.js';
import type { DeskApi } from './desk-api.js';
import type { Journal } from './journal.js';
import type { DemoMessage, Material } from './material.js';
import type { WorldWatch } from './world-watch.js';

/** What all who play in the demo share. */
export interface Stage {
  api: DeskApi;
  watch: WorldWatch;
  agenda: Agenda;
  chance: Chance;
  material: Material;
  cast: Cast;
  journal: Journal;
}

/** The message behind a complaint, as somebody who has read it knows it; undefined for one that is not the demo's. */
export function messageBehind(stage: Stage, complaintId: string): DemoMessage | undefined {
  const sent = stage.journal.ofComplaint(complaintId);
  return sent && stage.material.messages.find(({ id }) => id === sent.message);
}

/** Runs `work` now and then again, `everyMs` of world time after its end; a failure does not end it. */
export function repeat(
  stage: Stage,
  firstAt: number,
  everyMs: () => number,
  work: () => Promise<void>,
) {
  stage.agenda.at(firstAt, async () => {
    try {
      await work();
    } finally {
      repeat(stage, stage.watch.now() + everyMs(), everyMs, work);
    }
  });
}
