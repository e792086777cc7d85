# envoy.yaml for a pod: Envoy listens where the cluster can reach it, and finds the service on a socket that both
# containers share. All else, the admin port on loopback above all, stays as it is.
s|address: 127.0.0.1, port_value: 8080|address: 0.0.0.0, port_value: 8080|
s|socket_address: { address: 127.0.0.1, port_value: 50051 }|pipe: { path: /run/vivavoce/speech.sock }|
