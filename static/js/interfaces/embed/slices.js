// Works through a long list in slices of a few milliseconds, between which the page answers its reader. Ends early when
// `stale` says that newer work replaces this.
const SLICE_MS = 8;
// Unlike after scheduler.yield(), the browser may draw a frame first.
const pause = () => new Promise((done) => setTimeout(done));

export async function inSlices(list, work, stale = () => false) {
  let until = performance.now() + SLICE_MS;
  for (const one of list) {
    if (performance.now() > until) {
      await pause();
      if (stale()) return;
      until = performance.now() + SLICE_MS;
    }
    work(one);
  }
}
