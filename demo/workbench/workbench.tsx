import { Masthead } from '../shared/masthead.tsx';
import { DropZone } from './drop-zone.tsx';
import { Controls } from './panels/controls.tsx';
import { DataPanel } from './panels/data-panel.tsx';
import { ModelsPanel } from './panels/models-panel.tsx';
import { Results } from './panels/results.tsx';
import { StatusLine } from './panels/status-line.tsx';
import { ViewPanel } from './panels/view-panel.tsx';
import { Views } from './panels/views.tsx';

/** The whole page. */
export function Workbench() {
  return (
    <DropZone>
      <Masthead page="index.html" title="emgpu Lab" />
      <main class="workbench">
        <aside class="choices" aria-label="Data and models">
          <DataPanel />
          <ModelsPanel />
          <ViewPanel />
        </aside>
        <section class="stage" aria-label="Points and clusters">
          <Controls />
          <StatusLine />
          <Views />
        </section>
        <Results />
      </main>
    </DropZone>
  );
}
