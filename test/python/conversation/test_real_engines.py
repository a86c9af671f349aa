"""The conversation with a real recogniser, a real language model and a real voice."""

import io
import uuid
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soxr
from conversation.stage import SPEECH, section, speech
from fake_main import FakeMain
from serving.running import Running, Start

PROMPT = "You are a friendly assistant. Answer in one short sentence."


@dataclass(frozen=True, slots=True)
class Stack:
    """All four processes."""

    whisper: Running
    conversation: Running


@pytest.fixture(scope="module")
def stack(start_shared_service: Start, models: Path) -> Stack:
    """Start the engines side by side, then the conversation."""
    whisper = start_shared_service(["-m", "earshot.engines.whisper"], _whisper(models))
    llama = start_shared_service(["-m", "earshot.engines.llama"], _llama(models))
    kokoro = start_shared_service(["-m", "earshot.engines.kokoro"], _kokoro(models))
    for engine in (whisper, llama, kokoro):
        engine.wait_until_ready()
    conversation = start_shared_service(
        ["-m", "earshot.conversation"],
        section(
            stt={"url": f"ws://127.0.0.1:{whisper.port}/api/asr-streaming", "token": whisper.token},
            llm={
                "url": f"http://127.0.0.1:{llama.port}/v1",
                "token": llama.token,
                "model": "smollm2-135m",
                "extraBody": {},
                "contextTokens": 4_096,
            },
            tts={
                "url": f"http://127.0.0.1:{kokoro.port}/v1",
                "token": kokoro.token,
                "model": "kokoro-82m-int8",
                "voice": "af_heart",
            },
            systemPrompt=PROMPT,
        ),
    )
    conversation.wait_until_ready()
    return Stack(whisper, conversation)


async def test_a_spoken_question_gets_a_spoken_answer(stack: Stack) -> None:
    async with FakeMain.connected(stack.conversation.port, stack.conversation.token) as main:
        await main.say_all(speech("question"))

    [turn] = main.of("turn")
    assert "capital of france" in turn["transcript"].lower()
    assert "paris" in turn["reply"].lower()
    assert "paris" in _transcribed(stack.whisper, bytes(main.audio)).lower()
    assert turn["latency"]["voiceToVoiceMs"] > 192


async def test_a_breath_in_the_middle_does_not_split_the_question(stack: Stack) -> None:
    async with FakeMain.connected(stack.conversation.port, stack.conversation.token) as main:
        await main.say_all(speech("unfinished", 1.0, "finish"))

    [turn] = main.of("turn")
    assert turn["transcript"].lower().startswith("can you tell me what")
    assert turn["transcript"].lower().count("can you tell me") == 1
    assert len(main.of("pause")) == 2


async def test_noise_is_no_turn(stack: Stack) -> None:
    hiss = np.random.default_rng(3).normal(0, 2_000, 16_000 * 3).clip(-32_768, 32_767).astype("<i2").tobytes()
    async with FakeMain.connected(stack.conversation.port, stack.conversation.token) as main:
        await main.say_all(hiss)

    assert main.of("turn-ended") == []


async def test_a_question_asked_into_the_answer_is_answered_instead(stack: Stack) -> None:
    async with (
        FakeMain.connected(stack.conversation.port, stack.conversation.token, "realtime") as main,
        main.microphone(),
    ):
        await main.say_live(speech("finish", 0.5))
        await main.until(lambda: len(main.audio) > 0)
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 2)

    first, second = main.of("turn")
    assert (first["interrupted"], second["interrupted"]) == (True, False)
    assert "capital of france" in second["transcript"].lower()
    assert second["reply"] != ""


def _whisper(models: Path) -> dict[str, object]:
    return {
        "model": str(next(models.rglob("model.bin")).parent),
        "modelId": "whisper-base",
        "device": "cpu",
        "precision": "int8",
        "threads": 2,
        "language": "en",
        "warmupAudio": str(SPEECH / "question.wav"),
    }


def _llama(models: Path) -> dict[str, object]:
    model = str(next(models.rglob("*.gguf")))
    return {"model": model, "modelId": "smollm2-135m", "device": "cpu", "threads": 1, "contextTokens": 4_096}


def _kokoro(models: Path) -> dict[str, object]:
    return {
        "model": str(next(models.rglob("kokoro*.onnx"))),
        "modelId": "kokoro-82m-int8",
        "voices": {"af_heart": str(next(models.rglob("af_heart.bin")))},
        "voice": "af_heart",
        "device": "cpu",
        "threads": 2,
    }


def _transcribed(whisper: Running, audio: bytes) -> str:
    """Let Whisper hear what was spoken (s16le, 24 kHz)."""
    samples = soxr.resample(np.frombuffer(audio, "<i2").astype(np.float32), 24_000, 16_000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(16_000)
        recording.writeframes(samples.tobytes())
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-base\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="reply.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = head.encode() + file.getvalue() + f"\r\n--{boundary}--\r\n".encode()
    headers = {**whisper.headers(), "Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = whisper.request("POST", "/v1/audio/transcriptions", body, headers)
    assert answer.status == 200, answer.body
    return str(answer.document["text"])
