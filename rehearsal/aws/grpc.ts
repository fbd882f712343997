import { ServerCredentials, type Server } from "@grpc/grpc-js";

/** A stack's resources may be larger than gRPC's own limit of 4 MiB. */
export const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

/** Binds a server to a free port of the loopback interface. */
export function bound(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}
