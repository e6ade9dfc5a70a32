"""A worker for Howdah with the standard library alone: leases jobs over HTTP, runs one at a time, and stops in order.
HOWDAH_URL=http://127.0.0.1:3000 WORKER_TOKEN=... python3 worker.py"""
import json, os, signal, socket, sys, threading, time
from urllib import error, request

HEADERS = {"Authorization": f"Bearer {os.environ['WORKER_TOKEN']}", "Content-Type": "application/json"}
NAME = os.environ.get("WORKER_NAME", f"{socket.gethostname()}-{os.getpid()}")
working, stopping = threading.Event(), threading.Event()


class Failure(Exception):
    """What becomes of the job: Failure("busy", outcome="snooze", after="10m"); retry, discard, cancel, snooze or return."""
    def __init__(self, message, **said):
        super().__init__(message)
        self.said = said


def count_words(payload, job, should_stop):
    for _ in range(int(payload.get("seconds", 0) * 10)):  # stands for work that takes its time
        if should_stop.wait(0.1):
            raise Failure("told to stop")
    return {"words": len(payload["text"].split())}


TASKS = {"count_words": count_words}


def call(method, path, body=None):
    """The answer of the API. What was not answered is sent again: nothing is done twice by that."""
    data = None if body is None else json.dumps(body).encode()
    for pause in (0.1, 0.5, 1, 2, 5, 10):
        try:
            asked = request.Request(os.environ["HOWDAH_URL"] + path, data, HEADERS, method=method)
            with request.urlopen(asked, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except error.HTTPError as refusal:
            if refusal.code < 500 and refusal.code != 429:
                raise
        except OSError as trouble:
            print(f"{path}: {trouble}", file=sys.stderr)
        time.sleep(pause)
    raise ConnectionError(f"no answer from {path}")


def beat(lease, job, over, should_stop):
    try:
        while not over.wait(lease["duration_ms"] / 3000):
            told = call("POST", f"/v1/leases/{lease['id']}/heartbeat", {"runs": [job["run"]]})
            if told["cancelled"] or told["lost"]:
                should_stop.set()
    except Exception:  # the lease is over, or the API out of reach: others may have the job by now
        should_stop.set()


def run(lease, job):
    over, should_stop = threading.Event(), threading.Event()
    threading.Thread(target=beat, args=(lease, job, over, should_stop), daemon=True).start()
    try:
        ending, said = "complete", {"result": TASKS[job["task"]](job["payload"], job, should_stop)}
    except Exception as thrown:
        told = {"name": type(thrown).__name__, "message": str(thrown)[:4000]}
        ending, said = "fail", {"error": told, **getattr(thrown, "said", {})}
    over.set()
    ended = call("POST", f"/v1/leases/{lease['id']}/runs/{job['run']}/{ending}", said)
    print(job["id"], ended["job"]["state"], flush=True)


def stop(*_):
    stopping.set()
    if not working.is_set():
        raise SystemExit


def main():
    signal.signal(signal.SIGTERM, stop), signal.signal(signal.SIGINT, stop)
    lease, wanted = None, {"worker": NAME, "tasks": list(TASKS), "duration": os.environ.get("LEASE", "30s")}
    try:
        while not stopping.is_set():
            path, body = (f"/v1/leases/{lease['id']}/take", {"runs": []}) if lease else ("/v1/leases", wanted)
            try:
                taken = call("POST", path, {**body, "wait": "20s"})
                lease = taken["lease"]
                for job in taken["jobs"]:
                    working.set()
                    run(lease, job)
            except error.HTTPError as refusal:
                print(refusal.read().decode(), file=sys.stderr)
                if refusal.code != 409:  # 409: the lease is over, or this run of it: take a new one
                    raise
                lease = None
            working.clear()
    finally:
        if lease:
            call("DELETE", f"/v1/leases/{lease['id']}")  # what it holds goes back at once


if __name__ == "__main__":
    main()
