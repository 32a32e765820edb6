// Runs in a page before anything of its own: what its reader sees, and what keeps the main thread from them.
window.seen = { painted: 0, largest: 0, moved: 0, tasks: [] };

function watch(type, take) {
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
}

watch("paint", (one) => (seen.painted = one.startTime));
watch("largest-contentful-paint", (one) => (seen.largest = one.startTime));
watch("layout-shift", (one) => (seen.moved += one.value));
watch("longtask", (one) => seen.tasks.push([one.startTime, one.startTime + one.duration]));
