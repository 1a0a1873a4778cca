import type { ModelChoice } from '../../models/choices.ts';
import { withKind } from '../../models/kinds.ts';
import { keep, models, setModels } from '../store.ts';
import { ModelForm } from './model-form.tsx';

/** Beside a model: k-means for a mixture, a mixture for k-means. */
function companion(first: ModelChoice): ModelChoice {
  return withKind(first, first.kind === 'k-means' ? 'full' : 'k-means');
}

/** One model, or two side by side. */
export function ModelsPanel() {
  const all = models.value;
  const [first] = all as [ModelChoice];
  return (
    <>
      {all.map((choice, i) => (
        <ModelForm
          key={i}
          title={all.length === 1 ? 'Model' : ['Model on the left', 'Model on the right'][i]!}
          name={['model', 'second'][i]!}
          choice={choice}
          onChange={(changed) => setModels(all.map((old, j) => (j === i ? changed : old)))}
        />
      ))}
      <section class="panel" aria-labelledby="compare-title">
        <h2 id="compare-title">Compare</h2>
        {all.length === 1 ? (
          <div class="row">
            <button type="button" onClick={() => setModels([companion(first), first])}>
              With {first.kind === 'k-means' ? 'a full mixture' : 'k-means'}
            </button>
            <button
              type="button"
              onClick={() =>
                setModels([
                  { ...first, backend: 'webgpu' },
                  { ...first, backend: 'cpu' },
                ])
              }
            >
              GPU beside CPU
            </button>
          </div>
        ) : (
          <div class="row">
            {['left', 'right'].map((side, i) => (
              <button key={side} type="button" onClick={() => keep(i)}>
                Keep the {side} one only
              </button>
            ))}
          </div>
        )}
      </section>
    </>
  );
}
