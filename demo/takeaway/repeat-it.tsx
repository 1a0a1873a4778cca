import { useSignal } from '@preact/signals';
import { h } from 'preact';
import type { LabState, ModelChoice } from '../models/choices.ts';
import { CopyButton } from './copying.tsx';
import type { SnippetFacts } from './estimator-code.ts';
import { sourceFile } from './file-names.ts';
import { linkOf } from './link.ts';
import { snippetOf } from './snippet.ts';

interface Props {
  readonly state: () => LabState;
  /** What the code is for; absent: all models. */
  readonly choice: ModelChoice | undefined;
  readonly facts: SnippetFacts;
  /** What the data are called. */
  readonly name: string;
  readonly say: (message: string) => void;
}

/** The ways back to this fit: a link to the Lab, and code that does without it. */
export function RepeatIt({ state, choice, facts, name, say }: Props) {
  const isOpen = useSignal(false);
  const snippet = () => {
    const now = state();
    return snippetOf({ ...now, models: choice ? [choice] : now.models }, sourceFile(now.data, name), facts);
  };
  const link = () => `${location.href.split('#')[0]}${linkOf(state())}`;
  return (
    <>
      <div class="takeaway-row">
        <span aria-hidden="true">Copy</span>
        <div class="takeaway-buttons">
          <CopyButton title="Copy link" text={link} say={say}>
            Link
          </CopyButton>
          <CopyButton title="Copy code" text={() => snippet().code} say={say}>
            Code
          </CopyButton>
        </div>
      </div>
      <details class="takeaway-code" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary>Code for this fit</summary>
        {isOpen.value && <Listing {...snippet()} say={say} />}
      </details>
    </>
  );
}

function Listing({ code, command, remarks, say }: ReturnType<typeof snippetOf> & Pick<Props, 'say'>) {
  return (
    <>
      <p>As a program for Node:</p>
      <Code text={code} />
      {command !== undefined && (
        <>
          <div class="takeaway-command">
            <p>On the command line:</p>
            <CopyButton title="Copy command" text={() => command} say={say}>
              Copy
            </CopyButton>
          </div>
          <Code text={command} />
        </>
      )}
      {remarks.map((remark) => (
        <p key={remark} class="soft">
          {remark}
        </p>
      ))}
    </>
  );
}

/** Long lines are broken for the eye, between words and not at the hyphens of options; what is copied of them is not. */
function Code({ text }: { readonly text: string }) {
  const parts = text.trim().split(/(\s+)/);
  const words = parts.map((part, i) => (i % 2 === 0 ? h('span', null, part) : part));
  return <pre>{h('code', null, ...words)}</pre>;
}
