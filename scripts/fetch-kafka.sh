#!/usr/bin/env bash
# Fetches a Kafka broker for tests and benchmarks, as jars from Maven Central, into .cache, and prints where they are.
# KAFKA_VERSION names another version than the default, from 3.9 on. Needs a JDK of 17 or later and Maven. Does nothing
# when the jars are there.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${KAFKA_VERSION:-4.4.0}
[[ $version =~ ^[0-9]+(\.[0-9]+)+$ ]] || { echo "KAFKA_VERSION is not a version: $version" >&2; exit 1; }
logging=2.25.5
folder="$PWD/.cache/kafka-$version"

if [ ! -f "$folder/complete" ]; then
  command -v mvn >/dev/null || { echo "mvn is not on the PATH; it comes with Debian's package maven" >&2; exit 1; }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tagline</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>$version</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>$logging</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --batch-mode --quiet -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/libs" >&2
  touch "$folder/complete"
fi
echo "$folder/libs"
