// Shows on the example page what the element tells: name, time since the show began, details. `?room=` chooses a room.
const names = ['live', 'off', 'card', 'seen', 'click', 'order', 'paid', 'like', 'comment', 'draw', 'share'];
const list = document.getElementById('heard')!;
const element = document.querySelector('linger-room')!;
const asked = new URLSearchParams(location.search).get('room');
if (asked) element.setAttribute('room', asked);

for (const name of names) {
  element.addEventListener(`linger:${name}`, (event) => {
    list.querySelector('.none')?.remove();
    const line = document.createElement('li');
    line.textContent = `linger:${name} ${JSON.stringify((event as CustomEvent).detail)}`;
    list.prepend(line);
    while (list.childElementCount > 12) list.lastElementChild?.remove();
  });
}
export {};
