// The button that prints the page, and what is printed in its place: which model this was, and the address that brings
// the page back as it stands. Both are made ready at once, and again when the browser is about to print, however it was
// asked to.

import { stillSpaces } from "./spaces.js";

const pages = new WeakMap(); // root -> what to undo: the module runs again whenever data or theme change

/** @param {{data: {what: string}, parentElement: ParentNode}} what: the model, in words */
export default function ({ data, parentElement }) {
  pages.get(parentElement)?.();
  let after = () => {};
  const write = () => {
    parentElement.querySelector(".what").textContent = data.what;
    parentElement.querySelector(".address").textContent = window.location.href;
  };
  const before = () => {
    write();
    after();
    after = stillSpaces();
  };
  const listeners = { beforeprint: before, afterprint: () => after() };
  for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener);
  write();
  parentElement.querySelector("button").onclick = () => window.print();
  const undo = () => {
    for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name, listener);
  };
  pages.set(parentElement, undo);
  return undo;
}
