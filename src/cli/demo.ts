import { InvalidArgumentError, Option, type Command } from 'commander';

export interface DemoFlags {
  scale?: number;
  seed?: string;
  messages: number;
  port: number;
  forever: boolean;
  fresh: boolean;
  remove: boolean;
  lang?: 'ru' | 'en';
}

const within = (min: number, max: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    throw new InvalidArgumentError(`a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
  }
  return value;
};

/** `otklik demo`: a desk of its own with simulated people, and its removal. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('a desk of its own with simulated citizens and agencies; --remove takes it away')
    .option('--scale <n>', 'world seconds in a second (300 when new)', within(1, 1_500, false))
    .option('--seed <text>', 'the same seed plays the same decisions')
    .option('--messages <n>', 'messages of a working day', within(1, 5_000, true), 200)
    .option(
      '--port <n>',
      'where the API listens, or the next free port',
      within(1, 65_535, true),
      3100,
    )
    .option('--forever', 'a new day after each, until stopped', false)
    .option('--fresh', 'begin anew instead of going on with what is there', false)
    .option('--remove', 'stop a demo that runs, and delete all of it', false)
    .addOption(new Option('--lang <language>', 'of the figures').choices(['ru', 'en']))
    .action(async (flags: DemoFlags) => {
      // Loaded only here: the other commands need neither the servers nor the people.
      const { removeDemo, runDemo } = await import('./embedded/run-demo.js');
      process.exitCode = flags.remove ? await removeDemo() : await runDemo(flags);
    });
}
