import type { ImportCounts } from '../../db/imports-store.js';

/** An import's counts of data rows by the names that people and programs are told. */
export const shownCounts = (counts: ImportCounts) => ({
  read: counts.read,
  in: counts.in,
  open: counts.open,
  alreadyThere: counts.there,
  changed: counts.changed,
  bad: counts.bad,
  warnings: counts.warnings,
});
