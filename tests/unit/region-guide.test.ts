import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { REGION_FILES } from '../../src/contract/region-files.js';
import { PLACEHOLDERS } from '../../src/domain/reply-template.js';

const guide = readFileSync('docs/your-region.md', 'utf8');
const sections = [...guide.matchAll(/^### `([\w/.-]+\.yaml)`\n([\s\S]*?)(?=^##)/gm)].map(
  ([, file = '', text = '']) => ({ file, text }),
);

describe('the guide to a region of one’s own', () => {
  it('has a section for every file', () => {
    expect(sections.map(({ file }) => file).sort()).toEqual(
      [...Object.keys(REGION_FILES), 'calendar-years/2026.yaml'].sort(),
    );
  });

  it.each(sections)('shows a piece of $file as the example has it', ({ file, text }) => {
    const pieces = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, piece = '']) => piece);
    const shipped = readFileSync(`regions/example/${file}`, 'utf8');

    expect(pieces).toHaveLength(1);
    expect(shipped).toContain(pieces[0]);
  });

  it('names every placeholder', () => {
    for (const name of PLACEHOLDERS) expect(guide).toContain(`{${name}}`);
  });
});
