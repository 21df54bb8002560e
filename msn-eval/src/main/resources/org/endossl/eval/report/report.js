// Reads a ribbon's pieces out by pointer, touch and arrow keys. Without it the pieces' titles remain.
document.querySelectorAll('.ribbon').forEach(ribbon => {
  const bars = ribbon.querySelector('.bars');
  const reading = ribbon.querySelector('.reading');
  const rows = [...ribbon.querySelectorAll('.bar')]
    .map(bar => [...bar.querySelectorAll('rect[data-says]')]).filter(row => row.length);
  let row = 0, column = -1;
  const show = piece => {
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
      row = r; column = c; show(piece);
      reading.textContent = 'frame ' + frame(piece, event.clientX) + '; ' + piece.dataset.says;
    };
    piece.addEventListener('pointermove', here);
    piece.addEventListener('click', here);
  }));
  const at = (pieces, x) => {
    const found = pieces.findIndex(p => +p.getAttribute('x') + +p.getAttribute('width') > x);
    return found < 0 ? pieces.length - 1 : found;
  };
  bars.addEventListener('keydown', event => {
    const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    const other = {ArrowUp: 0, ArrowDown: 1}[event.key];
    if (move === undefined && other === undefined) return;
    event.preventDefault();
    if (move !== undefined) {
      column = Math.max(0, Math.min(rows[row].length - 1, column + move));
    } else {
      const x = column < 0 ? 0 : +rows[row][column].getAttribute('x');
      row = other;
      column = at(rows[row], x);
    }
    show(rows[row][column]);
  });
});
