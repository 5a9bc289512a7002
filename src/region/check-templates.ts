import { templateMistake } from '../domain/reply-template.js';
import type { RegionDraft } from './region-draft.js';

/** Every placeholder is one that somebody fills, and only final replies have an outcome. */
export function checkTemplates({ files, report }: RegionDraft): void {
  files['templates.yaml'].templates.forEach(({ text, kind, outcome }, i) => {
    const mistake = templateMistake(text);
    if (mistake !== null) report('templates.yaml', ['templates', i, 'text'], mistake);
    if (outcome !== undefined && kind !== 'final') {
      report('templates.yaml', ['templates', i, 'outcome'], 'only a final reply has an outcome');
    }
  });
}
