import { signal } from '@preact/signals';
import { sentenceOf } from './sentence.ts';

const trouble = signal<string | undefined>(undefined);

/** Has the page say what went wrong, where no part of it has a place to say so itself. */
export function tellTrouble(error: unknown): void {
  trouble.value = sentenceOf(error);
}

/** The sentence, at the lower edge of the window until it is put away. The masthead brings it to every page. */
export function Trouble() {
  return (
    <div class="trouble" role="alert">
      {trouble.value !== undefined && (
        <p>
          {trouble.value}{' '}
          <button
            type="button"
            onClick={() => {
              trouble.value = undefined;
            }}
          >
            Close
          </button>
        </p>
      )}
    </div>
  );
}
