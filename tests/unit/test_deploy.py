"""What `deploy/` says, compared with the code and with itself; no container engine is needed to read it."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from ui import headers, kept_models

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = [
    manifest for path in (DEPLOY / "kubernetes").glob("*.yaml") for manifest in yaml.safe_load_all(path.read_text())
]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
HEALTH = "/_stcore/health"
PORT, DOOR = 8501, 8080


def manifest(kind: str, name: str) -> dict:
    return next(each for each in MANIFESTS if each["kind"] == kind and each["metadata"]["name"] == name)


def upstream(path: str) -> list[str]:
    return re.findall(r"^\s*server (\S+)", (DEPLOY / path).read_text(), re.MULTILINE)


def test_every_setting_is_one_the_code_reads():
    code = "".join(path.read_text() for folder in ("ui", "vae_core") for path in (ROOT / folder).rglob("*.py"))
    read = set(re.findall(r'"(VAE_[A-Z_]+)"', code))
    shipped = "".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())
    assert set(re.findall(r"VAE_[A-Z_]+", shipped)) == read


def test_the_number_of_models_in_memory_is_said_once():
    shown = [
        COMPOSE["services"]["app-1"]["environment"]["VAE_MODELS_IN_MEMORY"],
        manifest("ConfigMap", "settings")["data"]["VAE_MODELS_IN_MEMORY"],
    ]
    assert shown == [f"${{VAE_MODELS_IN_MEMORY:-{kept_models.DEFAULT}}}", str(kept_models.DEFAULT)]
    assert f"makes room | {kept_models.DEFAULT} |" in (DEPLOY / "README.md").read_text()


def test_the_image_reads_the_values_it_was_filled_with():
    (filled,) = re.findall(r"python -m ui\.fill_cache (\S+)", CONTAINERFILE)
    assert re.findall(r"\bVAE_CACHE=(\S+)", CONTAINERFILE) == [filled]
    assert f"`{filled}`" in (DEPLOY / "README.md").read_text()


def test_the_image_holds_what_the_app_imports_and_runs_without_root():
    copies = re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE)
    copied = {source for line in copies for source in line.split()[:-1]}
    assert {"streamlit_app.py", ".streamlit", "pages", "ui", "vae_core", "pretrained", "requirements.lock"} <= copied
    assert all((ROOT / source).exists() for source in copied)
    let_in = re.findall(r"^!(.+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE)
    assert {source.split("/")[0] for source in let_in} == copied
    user = re.findall(r"^USER (\d+):(\d+)$", CONTAINERFILE, re.MULTILINE)
    assert user == [("10001", "10001")]
    assert CONTAINERFILE.index("USER") < CONTAINERFILE.index("\nCMD")
    assert f"127.0.0.1:{PORT}{HEALTH}" in CONTAINERFILE
    assert f"--server.port={PORT}" in CONTAINERFILE
    python = re.findall(r"^FROM docker.io/library/python:(\d+\.\d+)-", CONTAINERFILE, re.MULTILINE)
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert set(python) == {lowest.removeprefix(">=")}


def test_compose_names_the_replicas_that_nginx_asks():
    replicas = [name for name in COMPOSE["services"] if name.startswith("app-")]
    assert upstream("nginx/replicas.conf") == [f"{name}:{PORT}" for name in replicas]
    assert len(replicas) >= 2
    assert set(COMPOSE["services"]["nginx"]["depends_on"]) == set(replicas)
    for name in replicas:
        assert "ports" not in COMPOSE["services"][name]
        assert COMPOSE["services"][name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"]
    for volume in COMPOSE["services"]["nginx"]["volumes"]:
        source, _, mode = volume.split(":")
        assert (DEPLOY / source).is_file()
        assert mode == "ro"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_gives_no_service_more_than_it_needs(name):
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert not service.get("privileged")


def test_kubernetes_names_the_replicas_that_nginx_asks():
    app, service = manifest("StatefulSet", "app"), manifest("Service", "replicas")
    space = app["metadata"]["namespace"]
    name, group = app["metadata"]["name"], app["spec"]["serviceName"]
    assert group == service["metadata"]["name"]
    assert service["spec"]["clusterIP"] == "None"
    pods = [f"{name}-{number}.{group}.{space}.svc.cluster.local:{PORT}" for number in range(app["spec"]["replicas"])]
    assert upstream("kubernetes/replicas.conf") == pods
    assert {each["metadata"].get("namespace", space) for each in MANIFESTS} == {space}
    labels = {
        kind: manifest(kind, name)["spec"]["template"]["metadata"]["labels"]
        for kind, name in (("StatefulSet", "app"), ("Deployment", "door"))
    }
    assert service["spec"]["selector"] == labels["StatefulSet"]
    assert manifest("Service", "door")["spec"]["selector"] == labels["Deployment"]
    for name, kind in (("app", "StatefulSet"), ("door", "Deployment")):
        assert manifest("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"] == labels[kind]
    policy = manifest("NetworkPolicy", "app")["spec"]
    assert policy["podSelector"]["matchLabels"] == labels["StatefulSet"]
    assert policy["ingress"][0]["from"][0]["podSelector"]["matchLabels"] == labels["Deployment"]
    backend = manifest("Ingress", "course")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == "door"


@pytest.mark.parametrize(("kind", "name", "port"), [("StatefulSet", "app", PORT), ("Deployment", "door", DOOR)])
def test_kubernetes_gives_no_pod_more_than_it_needs(kind, name, port):
    pod = manifest(kind, name)["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"memory", "cpu"} <= set(container["resources"]["limits"])
    assert container["readinessProbe"]["httpGet"]["path"] == HEALTH
    assert "livenessProbe" in container
    assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]
    assert not container["image"].endswith(":latest")
    assert ":" in container["image"]


def test_nginx_lets_in_what_the_app_does():
    door = (DEPLOY / "nginx" / "nginx.conf").read_text()
    assert f"listen {DOOR};" in door
    assert COMPOSE["services"]["nginx"]["ports"] == [f"{DOOR}:{DOOR}"]
    largest = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["maxUploadSize"]
    assert f"client_max_body_size {largest + 1}m;" in door
    # A location with a header of its own loses those from outside it.
    for location in re.findall(r"location [^{]+\{([^}]*)\}", door):
        assert ("add_header" in location) <= ("include headers.conf;" in location)
        assert "proxy_set_header" not in location


def test_nginx_sets_the_security_headers_of_the_app_in_their_place():
    text = (DEPLOY / "nginx" / "headers.conf").read_text()
    assert dict(re.findall(r'^add_header ([\w-]+) "(.*)" always;$', text, re.MULTILINE)) == headers.headers()
    assert set(re.findall(r"^proxy_hide_header ([\w-]+);$", text, re.MULTILINE)) == set(headers.headers())


def test_both_ways_send_a_student_to_one_replica_by_the_same_rule():
    for path in ("nginx/replicas.conf", "kubernetes/replicas.conf"):
        text = (DEPLOY / path).read_text()
        assert "hash $student consistent;" in text
        assert len(upstream(path)) == len(set(upstream(path))) == text.count(" resolve;")
