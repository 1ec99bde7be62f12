package top.neuralbox.transport.httpclient;

import java.io.IOException;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;

/** A handler of a connection's events that leaves all of them to another one, except what has come. */
abstract class ForwardingHandler implements IOEventHandler {

    final IOEventHandler handler;

    ForwardingHandler(IOEventHandler handler) {
        this.handler = handler;
    }

    @Override
    public void connected(IOSession current) throws IOException {
        handler.connected(current);
    }

    @Override
    public void outputReady(IOSession current) throws IOException {
        handler.outputReady(current);
    }

    @Override
    public void timeout(IOSession current, Timeout limit) throws IOException {
        handler.timeout(current, limit);
    }

    @Override
    public void exception(IOSession current, Exception cause) {
        handler.exception(current, cause);
    }

    @Override
    public void disconnected(IOSession current) {
        handler.disconnected(current);
    }
}
