import type { Chance } from './chance.js';

/** What a citizen's photo may show. Each scene is drawn by us, a little differently every time. */
export const SCENES = [
  'pothole',
  'bins',
  'lamp',
  'ice',
  'water',
  'tree',
  'manhole',
  'playground',
  'bus_stop',
  'leak',
  'wire',
] as const;
export type Scene = (typeof SCENES)[number];

export const PHOTO_WIDTH = 800;
export const PHOTO_HEIGHT = 600;

const HORIZON = 330;
const SKIES = ['#b9c7d3', '#8fa3b8', '#cfd4d6', '#6f7f92', '#dfe3e0'];
const WALLS = ['#c9b79c', '#a9a39b', '#b5835a', '#d2cbb8', '#9aa5a0'];

const rect = (x: number, y: number, w: number, h: number, fill: string): string =>
  `<rect x="${x.toFixed(0)}" y="${y.toFixed(0)}" width="${w.toFixed(0)}" height="${h.toFixed(0)}" fill="${fill}"/>`;
const ellipse = (x: number, y: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${rx.toFixed(0)}" ry="${ry.toFixed(0)}" fill="${fill}"/>`;
const line = (points: number[][], stroke: string, width: number): string =>
  `<polyline points="${points.map(([x, y]) => `${x!.toFixed(0)},${y!.toFixed(0)}`).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round"/>`;

const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');

/** A block of flats with lit and dark windows. */
function house(chance: Chance): string {
  const wall = chance.pick(WALLS);
  const left = chance.between(-60, 120);
  const floors = 4 + Math.floor(chance.next() * 5);
  const columns = 6 + Math.floor(chance.next() * 5);
  const top = HORIZON - floors * 38;
  return (
    rect(left, top, columns * 52 + 20, HORIZON - top, wall) +
    times(floors * columns, (index) => {
      const x = left + 18 + (index % columns) * 52;
      const y = top + 10 + Math.floor(index / columns) * 38;
      return rect(x, y, 26, 22, chance.is(0.2) ? '#f2d98b' : '#4a5a68');
    })
  );
}

const road = (fill = '#55565a'): string =>
  `<polygon points="120,600 330,${HORIZON} 470,${HORIZON} 720,600" fill="${fill}"/>`;

const DRAWINGS: Record<Scene, (chance: Chance) => string> = {
  pothole: (chance) =>
    road() +
    times(3 + Math.floor(chance.next() * 4), () => {
      const y = chance.between(390, 570);
      const size = (y - 300) / 4;
      const x = 400 + chance.between(-1, 1) * size * 2.4;
      return (
        ellipse(x, y, size * 1.5, size * 0.55, '#2f2d2b') +
        ellipse(x + 4, y + 4, size * 1.1, size * 0.32, '#6d6a5c')
      );
    }),
  bins: (chance) =>
    times(3, (index) =>
      rect(190 + index * 150, 350, 120, 130, ['#2f6b3c', '#35557d'][index % 2]!),
    ) +
    times(34, () =>
      ellipse(
        chance.between(150, 660),
        chance.between(315, 540),
        chance.between(12, 34),
        chance.between(10, 24),
        chance.pick(['#1f1f23', '#e4e1da', '#3c6ea8', '#b8a15a', '#8c3b33']),
      ),
    ),
  lamp: (chance) =>
    rect(0, 0, 800, 600, 'rgba(10,14,30,0.72)') +
    road('#22242b') +
    rect(chance.between(250, 300), 130, 10, 330, '#0c0d10') +
    line(
      [
        [280, 135],
        [345, 118],
      ],
      '#0c0d10',
      8,
    ) +
    ellipse(350, 122, 24, 9, '#15171c'),
  ice: (chance) =>
    road('#cfdbe4') +
    rect(470, 36, 330, 26, '#7d7268') +
    times(26, () =>
      line(
        [
          [chance.between(220, 620), chance.between(380, 590)],
          [chance.between(220, 620), chance.between(380, 590)],
        ],
        'rgba(255,255,255,0.55)',
        3,
      ),
    ) +
    times(
      8,
      (index) =>
        `<polygon points="${500 + index * 22},60 ${512 + index * 22},60 ${506 + index * 22},${chance.between(90, 190).toFixed(0)}" fill="#e8f3fa"/>`,
    ),
  water: (chance) =>
    road() +
    ellipse(400, 480, chance.between(250, 330), 90, '#6b5a3e') +
    times(7, () =>
      ellipse(
        chance.between(200, 600),
        chance.between(430, 530),
        chance.between(20, 60),
        6,
        '#8a7a5c',
      ),
    ),
  tree: (chance) =>
    road('#7a7468') +
    line(
      [
        [140, 520],
        [640, chance.between(400, 460)],
      ],
      '#4b3524',
      42,
    ) +
    times(18, () => {
      const x = chance.between(320, 680);
      return line(
        [
          [x, 440],
          [x + chance.between(-80, 90), chance.between(330, 540)],
        ],
        '#5d452f',
        6,
      );
    }),
  manhole: (chance) =>
    road() +
    ellipse(400, 480, 120, 52, '#8d8a83') +
    ellipse(400, 482, 100, 42, '#050505') +
    `<g transform="rotate(${chance.between(-25, 25).toFixed(0)} 560 500)">${ellipse(575, 510, 100, 34, '#5f5b55')}</g>`,
  playground: (chance) =>
    rect(0, HORIZON, 800, 270, '#a58b5c') +
    line(
      [
        [220, 520],
        [290, 250],
        [360, 520],
      ],
      '#c0392b',
      12,
    ) +
    line(
      [
        [560, 520],
        [490, 250],
        [420, 520],
      ],
      '#c0392b',
      12,
    ) +
    line(
      [
        [290, 250],
        [490, 250],
      ],
      '#c0392b',
      12,
    ) +
    line(
      [
        [340, 250],
        [chance.between(300, 360), 440],
      ],
      '#33302c',
      5,
    ) +
    line(
      [
        [440, 250],
        [440, 330],
      ],
      '#33302c',
      5,
    ) +
    rect(300, 440, 70, 12, '#7a5a3a'),
  bus_stop: (chance) =>
    road() +
    rect(210, 180, 12, 300, '#54606b') +
    rect(560, 180, 12, 300, '#54606b') +
    (chance.is(0.5) ? rect(190, 165, 240, 18, '#7f8c96') : '') +
    rect(250, 400, 60, 14, '#6b4a2c') +
    rect(600, 200, 70, 90, '#f2c230') +
    rect(615, 290, 8, 190, '#54606b'),
  leak: (chance) =>
    rect(0, 0, 800, 600, '#d8d2c2') +
    times(22, () => {
      const x = chance.between(120, 680);
      return line(
        [
          [x, chance.between(0, 120)],
          [x + chance.between(-8, 8), chance.between(220, 560)],
        ],
        '#8c7a57',
        9,
      );
    }) +
    ellipse(400, 60, 330, 70, '#a08d63') +
    rect(340, 500, 130, 70, '#4f79a5'),
  wire: (chance) =>
    line(
      [
        [160, 560],
        [chance.between(215, 260), 120],
      ],
      '#5b4632',
      20,
    ) +
    line(
      [
        [640, 560],
        [640, 120],
      ],
      '#5b4632',
      20,
    ) +
    times(
      3,
      (index) =>
        `<path d="M 235 ${140 + index * 24} Q 440 ${chance.between(380, 500).toFixed(0)} 640 ${140 + index * 24}" fill="none" stroke="#17181a" stroke-width="4"/>`,
    ),
};

/** The scene as SVG: sky, houses, ground, and what is wrong. */
export function drawScene(scene: Scene, chance: Chance): string {
  const ground = chance.pick(['#6f7a4f', '#8b8671', '#d9dee0', '#75695a']);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PHOTO_WIDTH}" height="${PHOTO_HEIGHT}">` +
    rect(0, 0, 800, 600, chance.pick(SKIES)) +
    house(chance) +
    rect(0, HORIZON, 800, 270, ground) +
    DRAWINGS[scene](chance) +
    '</svg>'
  );
}
