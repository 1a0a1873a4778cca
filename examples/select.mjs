// How many components does Old Faithful have, and of which shape? In a clone: `npm run build`, then `node examples/select.mjs`.
// What the criteria mean, and when not to trust them: docs/guide/choosing.md.
import { fileURLToPath } from 'node:url';
import { readTable, releaseBackends, select } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const { points } = await readTable(file);
const { rows, best, fit } = await select(
  points,
  { nComponents: [1, 2, 3, 4, 5], backend: 'cpu' },
  { onCandidate: (done, count) => process.stderr.write(`\r${done.length} of ${count}`) },
);
process.stderr.write('\n');

const types = [...new Set(rows.map(({ covarianceType }) => covarianceType))];
console.log(['K', ...types].join('\t'));
for (const nComponents of new Set(rows.map((row) => row.nComponents))) {
  const cells = types.map((type) => {
    const row = rows.find((one) => one.nComponents === nComponents && one.covarianceType === type);
    return row.refused ? 'refused' : row.bic.toFixed(1);
  });
  console.log([nComponents, ...cells].join('\t'));
}
console.log(`The smallest BIC, ${best.bic.toFixed(2)}: ${best.nComponents} components, ${best.covarianceType}`);
console.log('means', fit.means);

fit.destroy();
await releaseBackends();
