/** Charts and what can be taken away. */
export function Results() {
  return <section class="results" aria-label="Results" />;
}
