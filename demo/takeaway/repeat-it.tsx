import { useSignal } from '@preact/signals';
import type { LabState } from '../models/choices.ts';
import { CopyButton } from './copying.tsx';
import type { SnippetFacts } from './estimator-code.ts';
import { sourceFile } from './file-names.ts';
import { linkOf } from './link.ts';
import { snippetOf } from './snippet.ts';

interface Props {
  readonly state: () => LabState;
  readonly facts: SnippetFacts;
  readonly say: (message: string) => void;
}

/** The ways back to this fit: a link to the Lab, and code that does without it. */
export function RepeatIt({ state, facts, say }: Props) {
  const isOpen = useSignal(false);
  const snippet = () => {
    const now = state();
    return snippetOf(now, sourceFile(now.data), facts);
  };
  const link = () => `${location.href.split('#')[0]}${linkOf(state())}`;
  return (
    <>
      <div class="takeaway-row">
        <span class="takeaway-what">Repeat</span>
        <CopyButton title="Copy link" text={link} say={say} />
        <CopyButton title="Copy code" text={() => snippet().code} say={say} />
      </div>
      <details class="takeaway-code" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary>Code for this fit</summary>
        {isOpen.value && <Listing {...snippet()} />}
      </details>
    </>
  );
}

function Listing({ code, command, remarks }: ReturnType<typeof snippetOf>) {
  return (
    <>
      <p>As a program for Node:</p>
      <Code label="Program for Node" text={code} />
      {command !== undefined && <p>On the command line:</p>}
      {command !== undefined && <Code label="Command" text={command} />}
      {remarks.map((remark) => (
        <p key={remark} class="soft">
          {remark}
        </p>
      ))}
    </>
  );
}

/** Long lines scroll, also by keyboard. */
function Code({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section aria-label={label} tabIndex={0}>
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  );
}
