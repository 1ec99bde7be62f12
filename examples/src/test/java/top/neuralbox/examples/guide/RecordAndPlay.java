package top.neuralbox.examples.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.recording.RecordingTransport;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

public final class RecordAndPlay {

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("recordings");
        GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

        try (Transport transport = RecordingTransport.builder(HttpClientTransport.create(), folder)
                        .build();
                NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
            System.out.println(neuralBox.generate(request).text());
        }

        Recording recording = Recording.read(folder.resolve("recording-1.jsonl"));
        try (ScriptedServer server = ScriptedServer.start();
                NeuralBox neuralBox = NeuralBox.builder().baseUri(server.uri()).build()) {
            server.answer(recording.script());
            System.out.println(neuralBox.generate(request).text());
        }
    }
}
