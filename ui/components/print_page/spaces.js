// Charts in space on paper. A browser prints nothing of a WebGL canvas that it has just shown, so while printing a still
// picture lies over it, made by Plotly as for its own download button.

/** @returns {() => void} what takes the pictures away again */
export function stillSpaces() {
  const stills = [];
  for (const plot of document.querySelectorAll(".js-plotly-plot")) {
    for (const [name, layout] of Object.entries(plot._fullLayout ?? {})) {
      const canvas = name.startsWith("scene") && layout?._scene?.container?.querySelector("canvas");
      if (!canvas) continue;
      const still = new Image();
      still.src = layout._scene.toImage("png");
      still.alt = "";
      still.style.cssText = "position: absolute; inset: 0; width: 100%; height: 100%;";
      canvas.after(still);
      stills.push(still);
    }
  }
  return () => stills.forEach((still) => still.remove());
}
