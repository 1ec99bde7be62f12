package top.neuralbox.examples.guide;

import top.neuralbox.BillingState;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;

public final class FinishedText {

    public static String of(NeuralBox neuralBox, GenerationRequest request) {
        try {
            return neuralBox.generate(request).text();
        } catch (NeuralBoxException e) {
            String id = e.partial().id();
            if (e.billingState() != BillingState.UNKNOWN || id == null) {
                throw e;
            }
            GenerationAnswer answer = neuralBox.generation(id);
            if (answer instanceof GenerationAnswer.Pending pending) {
                answer = neuralBox.await(pending);
            }
            return ((GenerationAnswer.Text) answer).text();
        }
    }
}
