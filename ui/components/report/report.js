// A problem report: the student's words and the state of the page, to be copied or sent by the student. Nothing is sent
// from here: the link opens the student's own mail program, or the operator's form in a tab of its own.

const LONGEST = 1800; // characters a link may carry; servers and mail programs refuse much longer ones
const reports = new WeakMap(); // root -> report: the module runs again whenever data or theme change

export default function ({ data, parentElement }) {
  if (!reports.has(parentElement)) reports.set(parentElement, new Report(parentElement));
  reports.get(parentElement).show(data);
  return () => reports.delete(parentElement);
}

class Report {
  constructor(root) {
    for (const name of ["report", "words", "state", "copy", "send", "told"]) this[name] = root.querySelector(`.${name}`);
    this.report.ontoggle = () => this.write();
    this.words.oninput = () => this.write();
    this.copy.onclick = () => this.toClipboard();
    for (const name of ["onpointerenter", "onfocus", "onclick"]) this.send[name] = () => this.write();
  }

  /** @param {{page: string, model: string, versions: string, kind: string, to: string}} data */
  show(data) {
    this.data = data;
    this.told.textContent = data.to ? "" : "Send the copied text to whoever runs this course.";
    this.send.hidden = !data.to;
    this.send.textContent = data.kind === "mail" ? "Write an e-mail" : "Open the report form";
    this.write();
  }

  write() {
    this.state.textContent = this.facts();
    if (this.data.to) this.send.href = this.link();
  }

  facts() {
    const less = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? ", less motion" : "";
    return [
      `Page: ${this.data.page}`,
      `Address: ${window.location.href}`,
      `Model: ${this.data.model}`,
      `Versions: ${this.data.versions}`,
      `Browser: ${navigator.userAgent}`,
      `Window: ${window.innerWidth} × ${window.innerHeight}${less}`,
      `Time: ${new Date().toISOString()}`,
    ].join("\n");
  }

  text() {
    return `${this.words.value.trim() || "(What happened?)"}\n\n${this.facts()}\n`;
  }

  link() {
    const title = `Problem on “${this.data.page}”`;
    const body = this.text().slice(0, LONGEST);
    if (this.data.kind === "mail") {
      return `mailto:${this.data.to}?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`;
    }
    const url = new URL(this.data.to);
    url.searchParams.set("title", title);
    url.searchParams.set("body", body);
    return url.href;
  }

  async toClipboard() {
    this.write();
    try {
      await navigator.clipboard.writeText(this.text());
      this.told.textContent = "Copied.";
    } catch {
      // Without https a browser gives no clipboard: mark the text, so that the keyboard can copy it.
      const range = document.createRange();
      range.selectNodeContents(this.state);
      window.getSelection().removeAllRanges();
      window.getSelection().addRange(range);
      this.told.textContent = "Your browser does not let pages copy. The state is marked: press Ctrl+C, or ⌘C.";
    }
  }
}
