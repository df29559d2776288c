// A Socket.IO server with one room, as small as it can be: what anybody says there, everybody hears.
// Usage: node socket_io_server.cjs PORT NODE_MODULES
const { createServer } = require("node:http");
const { join } = require("node:path");

const [port, modules] = process.argv.slice(2);
const { Server } = require(join(modules, "socket.io"));

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("danmu", (text) => io.to("room").emit("danmu", text));
});
server.listen(Number(port), "127.0.0.1", 16384);
