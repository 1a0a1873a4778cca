import { Masthead } from '../shared/masthead.tsx';
import { DropZone } from './drop-zone.tsx';
import { ChartsPanel } from './panels/charts.tsx';
import { Controls } from './panels/controls.tsx';
import { DataPanel } from './panels/data-panel.tsx';
import { ModelsPanel } from './panels/models-panel.tsx';
import { StatusLine } from './panels/status-line.tsx';
import { TakeAwayPanel } from './panels/take-away.tsx';
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
          <TakeAwayPanel />
        </aside>
        <section class="stage" aria-label="Points and clusters">
          <Controls />
          <StatusLine />
          <Views />
        </section>
        <ChartsPanel />
      </main>
    </DropZone>
  );
}
