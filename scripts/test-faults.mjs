// The tests of faults at length: random kills for half an hour. The suite runs a short version of them each time.
process.env.OTKLIK_TEST_LONG = '1';
process.argv.push('tests/faults');
await import('./test.mjs');
