// Frames, ribbons and the map, read by pointer, touch and arrow keys. Without it texts and titles remain.
const data = id => {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
};
const names = [...document.querySelectorAll('.key')].slice(0, 1)
  .flatMap(key => [...key.children].map(item => item.textContent.trim()));

// The small picture of a frame, or of the one nearest to it, beside the pointer.
const frames = data('frames');
const card = document.createElement('div');
card.id = 'card';
card.hidden = true;
card.setAttribute('aria-hidden', 'true');
card.innerHTML = '<span></span><p></p>';
document.body.append(card);
const nearest = (numbers, frame) => {
  let low = 0, high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < frame) low = middle + 1; else high = middle;
  }
  return low > 0 && frame - numbers[low - 1] <= numbers[low] - frame ? low - 1 : low;
};
const hide = () => { card.hidden = true; };
const show = (video, frame, text, x, y) => {
  const known = frames && frames.videos[video];
  if (!known) return hide();
  const at = nearest(known.frames, frame);
  const place = known.places[at];
  const sheet = Math.floor(place / frames.sheet);
  const column = place % frames.sheet % frames.columns;
  const row = Math.floor(place % frames.sheet / frames.columns);
  const percent = (i, n) => n < 2 ? 0 : 100 * i / (n - 1);
  const picture = card.firstChild;
  picture.className = 'thumb s' + sheet;
  picture.style.backgroundPosition =
    percent(column, frames.columns) + '% ' + percent(row, frames.rows[sheet]) + '%';
  const shown = known.frames[at];
  card.lastChild.textContent = text + (shown === frame ? '' : ' (picture: frame ' + shown + ')');
  card.hidden = false;
  const box = card.getBoundingClientRect();
  const left = x + 16 + box.width > innerWidth ? Math.max(4, x - 16 - box.width) : x + 16;
  const top = y + 16 + box.height > innerHeight ? Math.max(4, y - 16 - box.height) : y + 16;
  card.style.left = left + 'px';
  card.style.top = top + 'px';
};
addEventListener('scroll', hide, {passive: true});

document.querySelectorAll('.ribbon').forEach(ribbon => {
  const bars = ribbon.querySelector('.bars');
  const reading = ribbon.querySelector('.reading');
  const rows = [...ribbon.querySelectorAll('.bar')]
    .map(bar => [...bar.querySelectorAll('rect[data-says]')]).filter(row => row.length);
  let row = 0, column = -1;
  const mark = piece => {
    ribbon.querySelectorAll('.on').forEach(other => other.classList.remove('on'));
    piece.classList.add('on');
    reading.textContent = piece.dataset.says;
  };
  // The frame under the pointer: frames of a piece are evenly numbered.
  const frame = (piece, x) => {
    const box = piece.getBoundingClientRect();
    const count = +piece.getAttribute('width');
    const at = Math.max(0, Math.min(count - 1, Math.floor((x - box.left) / box.width * count)));
    const first = +piece.dataset.first, last = +piece.dataset.last;
    return count > 1 ? Math.round(first + (last - first) * at / (count - 1)) : first;
  };
  rows.forEach((pieces, r) => pieces.forEach((piece, c) => {
    const here = event => {
      row = r; column = c; mark(piece);
      const number = frame(piece, event.clientX);
      reading.textContent = 'frame ' + number + '; ' + piece.dataset.says;
      show(ribbon.dataset.video, number, 'frame ' + number, event.clientX, event.clientY);
    };
    piece.addEventListener('pointermove', here);
    piece.addEventListener('click', here);
  }));
  bars.addEventListener('pointerleave', hide);
  bars.addEventListener('blur', hide);
  const at = (pieces, x) => {
    const found = pieces.findIndex(p => +p.getAttribute('x') + +p.getAttribute('width') > x);
    return found < 0 ? pieces.length - 1 : found;
  };
  bars.addEventListener('keydown', event => {
    const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    const other = {ArrowUp: 0, ArrowDown: 1}[event.key];
    if (event.key === 'Escape') hide();
    if (move === undefined && other === undefined) return;
    event.preventDefault();
    if (move !== undefined) {
      column = Math.max(0, Math.min(rows[row].length - 1, column + move));
    } else {
      const x = column < 0 ? 0 : +rows[row][column].getAttribute('x');
      row = other;
      column = at(rows[row], x);
    }
    const piece = rows[row][column];
    mark(piece);
    const box = piece.getBoundingClientRect();
    const middle = box.left + box.width / 2;
    const number = frame(piece, middle);
    show(ribbon.dataset.video, number, 'frame ' + number, middle, box.bottom);
  });
});

const map = document.querySelector('.map');
if (map) {
  const {width, height, points} = data('map-data');
  const reading = map.closest('section').querySelector('.reading');
  const ring = document.createElement('span');
  ring.className = 'ring';
  ring.hidden = true;
  map.append(ring);
  let current = -1;
  const go = i => {
    current = i;
    const [x, y, video, frame, phase, predicted] = points[i];
    ring.hidden = false;
    ring.style.left = 100 * x / width + '%';
    ring.style.top = 100 * y / height + '%';
    const text = video + ' frame ' + frame + ': ' + names[phase]
      + (predicted < 0 ? '' : predicted === phase ? ', recognised' : ', taken for ' + names[predicted]);
    reading.textContent = text;
    const box = map.getBoundingClientRect();
    show(video, frame, text, box.left + x / width * box.width, box.top + y / height * box.height);
  };
  const closest = (score) => {
    let best = -1, least = Infinity;
    points.forEach((point, i) => {
      const value = score(point, i);
      if (value < least) { least = value; best = i; }
    });
    return best;
  };
  const here = event => {
    const box = map.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * width;
    const y = (event.clientY - box.top) / box.height * height;
    go(closest(p => (p[0] - x) ** 2 + (p[1] - y) ** 2));
  };
  map.addEventListener('pointermove', here);
  map.addEventListener('click', here);
  map.addEventListener('pointerleave', hide);
  map.addEventListener('blur', hide);
  map.addEventListener('keydown', event => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (event.key === 'Escape') hide();
    if (!way) return;
    event.preventDefault();
    if (current < 0) {
      go(closest(p => (p[0] - width / 2) ** 2 + (p[1] - height / 2) ** 2));
      return;
    }
    const [x, y] = points[current];
    // The nearest within 45 degrees of the arrow.
    const next = closest((p, i) => {
      const along = (p[0] - x) * way[0] + (p[1] - y) * way[1];
      const across = Math.abs((p[0] - x) * way[1]) + Math.abs((p[1] - y) * way[0]);
      return i === current || along <= 0 || across > along ? Infinity : along + 2 * across;
    });
    if (next >= 0) go(next);
  });
}
