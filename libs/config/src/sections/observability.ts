import { Type } from 'class-transformer';
import { IsNumber, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { Section, Setting } from '../setting.js';

/** Traces: what each request led to. */
export class TracingConfiguration {
  /** Where spans are sent, as OTLP over HTTP. Left out: nothing is traced, and OpenTelemetry is not even loaded. */
  @Setting('text')
  @IsOptional()
  @Matches(/^https?:\/\/[^\s@]+$/, { message: 'must be a URL such as http://collector.example.com:4318/v1/traces' })
  readonly endpoint?: string;

  /**
   * Which share of the requests is traced, from 0 to 1. A caller who sends a trace context decides for themselves: parts of
   * a trace are of no use.
   */
  @Setting('number')
  @IsNumber({}, { message: 'must be a number' })
  @Min(0, { message: 'must be from 0 to 1' })
  @Max(1, { message: 'must be from 0 to 1' })
  readonly sampleRatio: number = 0.1;
}

/** What can be seen of the process from outside, besides its log and its metrics, which are always there. */
export class ObservabilityConfiguration {
  @Section(TracingConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => TracingConfiguration)
  readonly tracing: TracingConfiguration = new TracingConfiguration();
}
