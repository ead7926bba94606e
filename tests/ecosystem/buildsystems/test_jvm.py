"""Gradle, Maven, sbt, Mill, Bleep, Scala CLI, Ant and Amper."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

SETTINGS = """\
rootProject.name = "shop"
include(":core", ":app") // include(":old")
include(
    ":libs:util",
)
project(":app").projectDir = file("applications/app")
"""


def test_a_gradle_build_with_its_projects() -> None:
    found = facts_of(
        {
            "settings.gradle.kts": SETTINGS,
            "build.gradle.kts": 'plugins { id("com.diffplug.spotless") version "6" }\n',
            "gradlew": "",
            "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://example.org/gradle-8.7-bin.zip\n",
            "core/build.gradle.kts": 'plugins {\n  kotlin("jvm")\n}\n',
            "applications/app/app.gradle.kts": "plugins {\n  application\n}\n",
            "libs/util/build.gradle": "",
            "old/build.gradle": "",
            "gradle/publish.gradle": "apply plugin: 'maven-publish'\n",
        }
    )
    assert pairs_of(found, "gradle") == {
        (dir, "gradle") for dir in ("", "core", "applications/app", "libs/util", "old")
    }
    members = {one.dir for one in found.components if one.member}
    assert members == {"core", "applications/app", "libs/util"}
    root = component_of(found, "gradle")
    assert (root.name, root.language) == ("shop", "kotlin")
    assert command_of(root, "gradle:assemble").argv == ("./gradlew", "assemble")
    assert command_of(root, "gradle:test").offline == ("./gradlew", "--offline", "test")
    assert command_of(root, "gradle:spotlessCheck").role == "lint"
    assert ("gradle", "8.7") in {(one.tool, one.version) for one in found.versions}
    run = command_of(component_of(found, "gradle", "applications/app"), "gradle:app:run")
    assert (run.argv, run.dir, run.role) == (("./gradlew", ":app:run"), "", "start")


def test_without_a_wrapper_plain_gradle() -> None:
    found = component_of(facts_of({"build.gradle": "apply plugin: 'java'\n"}), "gradle")
    assert command_of(found, "gradle:test").argv == ("gradle", "test")
    assert not [one for one in found.commands if one.role == "start"]


def test_an_android_application_is_assembled_and_not_started() -> None:
    files = {
        "settings.gradle": "include ':app'\n",
        "gradle/libs.versions.toml": '[plugins]\nandroid-app = { id = "com.android.application", version = "8" }\n',
        "build.gradle": "plugins { alias(libs.plugins.android.app) apply false }\n",
        "app/build.gradle": "plugins {\n  alias(libs.plugins.android.app)\n}\n",
    }
    found = facts_of(files)
    root = component_of(found, "gradle")
    assert command_of(root, "gradle:assembleDebug").confidence > command_of(root, "gradle:assemble").confidence
    assert not [one for each in found.components for one in each.commands if one.role == "start"]


BOOT = """\
plugins {
  id 'org.springframework.boot' version '3.3.0'
}
dependencies {
  implementation 'x:spring-boot-starter-web'
}
"""


def test_spring_boot_under_gradle_serves_on_its_configured_port() -> None:
    files = {"settings.gradle": "rootProject.name = 'clinic'\n", "build.gradle": BOOT, "gradlew": ""}
    service = facts_of(files).services[0]
    assert (service.name, service.port, service.argv) == ("clinic", 8080, ("./gradlew", "bootRun"))
    configured = {**files, "src/main/resources/application.yml": "server:\n  port: ${PORT:9001}\n"}
    moved = facts_of(configured).services[0]
    assert (moved.port, moved.source.file, moved.source.line) == (9001, "src/main/resources/application.yml", 2)


def test_a_batch_program_is_no_service() -> None:
    assert facts_of({"build.gradle": BOOT.replace("starter-web", "starter-batch")}).services == ()


POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <artifactId>clinic</artifactId>
  <packaging>{packaging}</packaging>
  <properties><java.version>17</java.version></properties>
  {more}
</project>
"""


def pom(more: str = "", packaging: str = "jar") -> str:
    return POM.format(more=more, packaging=packaging)


PLUGIN = """
<build><plugins><plugin>
  <artifactId>{}</artifactId>
  <configuration><modules><module>no</module></modules></configuration>
</plugin></plugins></build>
"""


def test_a_maven_project_and_its_modules() -> None:
    modules = (
        "<modules><module>core</module><module>web/pom.xml</module></modules>"
        "<profiles><profile><modules><module>extra</module></modules></profile></profiles>"
    )
    found = facts_of(
        {
            "pom.xml": pom(modules, "pom"),
            "mvnw": "",
            "core/pom.xml": pom(PLUGIN.format("exec-maven-plugin")),
            "web/pom.xml": pom(PLUGIN.format("spring-boot-maven-plugin") + "<!-- spring-boot-starter-web -->"),
            "extra/pom.xml": pom(),
            "loose/pom.xml": pom(),
            "core/src/it/one/pom.xml": pom(),
            "no/readme.txt": "",
        }
    )
    assert pairs_of(found, "maven") == {(dir, "maven") for dir in ("", "core", "web", "extra", "loose")}
    assert [component_of(found, "maven", dir).member for dir in ("core", "web", "extra", "loose")] == [
        True,
        True,
        True,
        False,
    ]
    root = component_of(found, "maven")
    assert command_of(root, "maven:package").argv == ("./mvnw", "-B", "-DskipTests", "package")
    assert command_of(root, "maven:test").offline == ("./mvnw", "-o", "test")
    assert not [one for one in root.commands if one.role == "start"]
    start = command_of(component_of(found, "maven", "web"), "maven:clinic:run")
    assert (start.argv, start.dir) == (("./mvnw", "-pl", "web", "spring-boot:run"), "")
    assert [(one.name, one.port) for one in found.services] == [("clinic", 8080)]
    assert ("java", "17") in {(one.tool, one.version) for one in found.versions}


def test_maven_lints_with_the_plugin_that_is_there() -> None:
    found = component_of(facts_of({"pom.xml": pom(PLUGIN.format("spotless-maven-plugin"))}), "maven")
    assert command_of(found, "maven:spotless").argv == ("mvn", "spotless:check")


def test_two_builds_of_one_project_speak_with_one_voice() -> None:
    found = facts_of({"pom.xml": pom(), "build.gradle": "apply plugin: 'java'\n"})
    maven, gradle = component_of(found, "maven"), component_of(found, "gradle")
    assert command_of(maven, "maven:test").confidence > command_of(gradle, "gradle:test").confidence
    assert [one.name for one in found.package_managers] == ["maven"]


def test_a_pom_with_entities_is_refused_and_still_a_component() -> None:
    found = facts_of({"pom.xml": '<!DOCTYPE p [<!ENTITY a "b">]><project><artifactId>&a;</artifactId></project>'})
    assert component_of(found, "maven").confidence == 0.5
    assert [one.file for one in found.problems] == ["pom.xml"]


def test_sbt_with_its_own_build_and_projects() -> None:
    found = facts_of(
        {
            "build.sbt": '// scalaVersion := "2.11.0"\nname := "lib"\nscalaVersion := "3.3.1"\n'
            'lazy val core = project.in(file("core"))\n',
            "project/build.properties": "sbt.version=1.10.0\n",
            "project/plugins.sbt": 'addSbtPlugin("org.scalameta" % "sbt-scalafmt" % "2.5.0")\n',
            ".scalafmt.conf": "version = 3\n",
            "core/build.sbt": 'name := "core"\n',
        }
    )
    assert pairs_of(found, "sbt") == {("", "sbt"), ("core", "sbt")}
    root = component_of(found, "sbt")
    assert [command_of(root, f"sbt:{task}").argv[1] for task in ("update", "compile", "test")] == [
        "update",
        "compile",
        "test",
    ]
    assert command_of(root, "sbt:scalafmtCheckAll").role == "lint"
    assert not [one for one in root.commands if one.role == "start"]
    assert {(one.tool, one.version) for one in found.versions} == {("sbt", "1.10.0"), ("scala", "3.3.1")}


def test_play_is_a_service() -> None:
    found = facts_of({"build.sbt": 'name := "site"\nlazy val root = (project in file(".")).enablePlugins(PlayScala)\n'})
    assert [(one.name, one.port, one.argv) for one in found.services] == [("site", 9000, ("sbt", "run"))]


def test_mill_bleep_and_scala_cli() -> None:
    found = facts_of(
        {
            "build.mill": "//| mill-version: 1.0.0\nobject a extends ScalaModule { object test extends ScalaTests }\n",
            "mill": "#!/bin/sh\n",
            "b/bleep.yaml": "projects:\n  x: {}\n",
            "c/project.scala": '//> using scala 3.4.0\n//> using mainClass "A"\n',
        }
    )
    assert pairs_of(found) == {("", "mill"), ("b", "bleep"), ("c", "scala-cli")}
    assert command_of(component_of(found, "mill"), "mill:test").argv == ("./mill", "__.test")
    assert command_of(component_of(found, "bleep", "b"), "bleep:b:compile").argv == ("bleep", "compile")
    assert command_of(component_of(found, "scala-cli", "c"), "scala-cli:c:run").role == "start"
    assert {(one.tool, one.version) for one in found.versions} == {("mill", "1.0.0"), ("scala", "3.4.0")}


ANT = """\
<?xml version="1.0"?>
<!DOCTYPE project [<!ENTITY more SYSTEM "more.xml">]>
<project name="ivy" default="test-report">
  <!-- <target name="ghost"/> -->
  <target name="resolve" description="gets libraries"><ivy:retrieve/></target>
  <target name="-hidden"/>
  <target name="compile" depends="resolve"/>
  <target name='jar' depends="compile" description="the jar"/>
  <target name="test" depends="jar" description="runs the tests"/>
  <target name="install" depends="jar"/>
  <target name="checkstyle"/>
</project>
"""


def test_ant_targets_by_their_text() -> None:
    found = facts_of({"build.xml": ANT, "src/java/x/build.xml": ANT, "other/build.xml": "<config/>"})
    assert pairs_of(found) == {("", "ant")}
    build = component_of(found, "ant")
    roles = {command.name.partition(":")[2]: command.role for command in build.commands}
    assert roles == {
        "resolve": "install", "compile": "build", "jar": "build", "test": "test", "install": "other", "checkstyle": "lint",
    }  # fmt: skip
    assert command_of(build, "ant:jar").confidence > command_of(build, "ant:compile").confidence
    assert command_of(build, "ant:jar").source.line == 8
    assert [(one.language, one.name) for one in found.package_managers] == [("java", "ant")]
    assert found.problems == ()


def test_amper_modules() -> None:
    project = {"project.yaml": "modules:\n  - ./app\n", "amper": "", "app/module.yaml": "product: jvm/app\n"}
    found = facts_of({**project, "k8s/project.yaml": "kind: x\n"})
    assert pairs_of(found, "amper") == {("", "amper"), ("app", "amper")}
    app = component_of(found, "amper", "app")
    assert app.member
    assert command_of(app, "amper:app:run").argv == ("./amper", "run", "-m", "app")


def test_a_build_of_many_projects_has_no_program_of_its_own():
    parts = "".join(f'lazy val p{at} = project.in(file("p{at}"))\n' for at in range(5))
    few = facts_of(
        {
            "build.sbt": 'lazy val app = project\nmainClass := Some("A")\n',
            "project/build.properties": "sbt.version=1.10.0\n",
        }
    )
    many = facts_of(
        {"build.sbt": f'{parts}mainClass := Some("A")\n', "project/build.properties": "sbt.version=1.10.0\n"}
    )
    assert (few.primary["start"], many.primary["start"]) == ("sbt:run", None)
