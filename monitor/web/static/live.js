// New alerts on the open page. All that comes is put in as text, never as markup; without this script nothing is missing.
"use strict";

(() => {
  const place = document.getElementById("arrived");
  const pattern = document.getElementById("arrival");
  const status = document.getElementById("live-status");
  if (!place || !pattern || !window.EventSource) return;
  const title = document.title;
  let count = 0;

  const show = (alert) => {
    const card = pattern.content.cloneNode(true);
    const slot = (name) => card.querySelector(`[data-slot="${name}"]`);
    for (const name of ["id", "type", "modality", "companies", "sentence", "title", "source", "clock"]) {
      slot(name).textContent = alert[name];
    }
    slot("modality").classList.add(alert.modality);
    for (const link of card.querySelectorAll("[data-link]")) link.setAttribute("href", alert[link.dataset.link]);
    card.querySelector("article").classList.add(alert.severity);
    place.prepend(card);
    count += 1;
    status.textContent = count === 1 ? "1 alert came in" : `${count} alerts came in`;
    document.title = `(${count}) ${title}`;
  };

  const stream = new EventSource(`/live?after=${place.dataset.after}`);
  stream.addEventListener("open", () => { status.textContent ||= "live"; });
  stream.addEventListener("alert", (message) => show(JSON.parse(message.data)));
})();
