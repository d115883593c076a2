// What a component keeps in the page's address, beside Streamlit's own parameters; nothing is sent to the server.

/** @param {Record<string, string | null>} values by parameter; null takes it out */
export function writeAddress(values) {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}
