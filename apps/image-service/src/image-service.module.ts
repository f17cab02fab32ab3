import { Module } from '@nestjs/common';
import { ImageController, ImageModule } from '#lib/image';

/** Images, and the calls for them. */
@Module({ imports: [ImageModule], controllers: [ImageController] })
export class ImageServiceModule {}
