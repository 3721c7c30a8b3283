"""Hand-made SVG: scales, paths, and the figures of the demo's report."""
