import { io } from 'socket.io-client';

const socket = io(process.argv[2] ?? 'http://127.0.0.1:3000');
socket.on('welcome', (id) => console.log(`I am ${id}`));
socket.on('said', (text) => console.log(`said: ${text}`));
socket.on('connect', async () => {
  console.log(await socket.timeout(5000).emitWithAck('say', 'Hello from JavaScript'));
  socket.disconnect();
});
