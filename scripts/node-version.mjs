// Imported first by every script: an old Node must get one clear line instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(
    `Otklik needs Node.js 20.20 or newer (22 and 24 work too); this is ${process.version}. Install one from https://nodejs.org and try again.`,
  );
  process.exit(1);
}
