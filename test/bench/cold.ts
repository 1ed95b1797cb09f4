import { readFile } from 'node:fs/promises';
import { MeteredIssuer } from './certferry.ts';

/** One issuance in a process of its own: `cold.js <target.json> <name> <csr.pem>`. Prints what it measured as JSON. */
const [targetFile = '', name = '', csrFile = ''] = process.argv.slice(2);
const target = JSON.parse(await readFile(targetFile, 'utf8'));
// performance.now() counts from the start of the process.
const measured = await new MeteredIssuer(target).issue(name, await readFile(csrFile, 'utf8'), 0);
process.stdout.write(JSON.stringify(measured));
process.exit(0);
