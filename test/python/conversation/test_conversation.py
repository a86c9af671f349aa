"""A whole turn, from the sound of a question to the sound of its answer."""

import pytest
from conversation.stage import STT_TOKEN, SYSTEM_PROMPT, Stage, speech


async def test_answers_a_question_aloud(stage: Stage) -> None:
    stage.recogniser.says("What is the capital of France?")
    stage.language_model.says("Xylophone.")
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    assert stage.voice.sentences == ["Xylophone."]
    [turn] = main.of("turn")
    assert turn["reply"] == "Xylophone."
    print(main.order(), turn)
